/** What `npm run bench -- --help` prints. */
export const usage = `Measures Auditmesh against others who do the same work on this machine, on servers of its own.

Usage: npm run bench -- NAME [options]

  projector      events from Kafka to committed, indexed rows; against COPY, the Debezium JDBC sink and TypeORM
  consolidator   candidates consolidated exactly once; against Kafka Streams
  end-to-end     from an event or a push to its row: latency under load and at rest, growth with partitions
  fanout         one push that changes ten policies which apply to 100,000 projects
  rollout        pushes through policy-sync with the rollout flag on, against off; and what asking for the flag costs
  secret-access  a vault that audits each use of a secret against one that does not, by guarantee
  violations     controls evaluated, alone against Open Policy Agent, and from an event to committed violations

  --quick        fewer records and one round: less than a minute once everything is fetched; its figures are rough
  --rounds N     measured rounds against the others, 1 to 100; 3 unless given (10 of secret-access and of violations), and 1 with --quick
  --json         one line of JSON at the end in place of a table
  --help         print this

Examples:
  npm run bench -- projector
  npm run bench -- consolidator --quick --json
  npm run bench -- projector --rounds 5 --json | tail -1

Progress goes to standard error. What a figure means is in bench/README.md.
Exit code: 0 it was measured, whatever came out · 1 it could not be measured · 130 interrupted`;
