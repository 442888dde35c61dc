import { replayDeadLetters, waitingDeadLetters, type DeadLetter, type Replayed } from '@auditmesh/kafka';
import { deadLetters } from '@auditmesh/events';
import { Option, type Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { kafkaOf } from '../mesh/kafka-access.js';

const TIMEOUT_MS = 60_000;

interface Options {
  dlq: string;
  dryRun?: boolean;
}

export const replay = (program: Command, context: CommandContext): Command =>
  program
    .command('replay')
    .summary('put dead letters back')
    .description(
      'Puts the records of a dead-letter queue back to where they came from, at the end of their partitions, and says what became of each. Mend the cause first; a record is put back once.',
    )
    .addOption(
      new Option('--dlq <group>', 'consumer group whose queue it is')
        .choices(deadLetters.groups)
        .makeOptionMandatory(),
    )
    .option('--dry-run', 'only show what waits in the queue')
    .addHelpText(
      'after',
      '\nExample:\n  auditmesh replay --dlq projector --dry-run\n  auditmesh replay --dlq projector',
    )
    .action((options: Options) => context.run((output) => run(options, output, context)));

async function run(
  { dlq, dryRun }: Options,
  output: CommandContext['output'],
  context: CommandContext,
): Promise<void> {
  const client = kafkaOf(context.mesh());
  if (dryRun) {
    const waiting = await waitingDeadLetters(client, dlq);
    for (const letter of waiting) output.say(`${place(letter)}: ${letter.code}: ${letter.reason}`);
    output.say(`${waiting.length} dead letters wait.`);
    return output.result({ group: dlq, waiting: waiting.map(summary) });
  }
  const replayed = await replayDeadLetters(client, dlq, TIMEOUT_MS);
  for (const letter of replayed) output.say(`${place(letter)}: ${told(letter)}`);
  const count = (kind: string) => replayed.filter(({ outcome }) => outcome.kind === kind).length;
  const counts = {
    handled: count('handled'),
    rejected: count('rejected'),
    pending: count('pending'),
    copies: count('copy'),
    no_records: count('no_record'),
  };
  output.say(
    `${replayed.length} dead letters: ${counts.handled} handled, ${counts.rejected} rejected again, ${counts.pending} not reached yet, ${counts.copies} copies left out, ${counts.no_records} no records.`,
  );
  output.result({
    group: dlq,
    ...counts,
    letters: replayed.map((letter) => ({ ...summary(letter), outcome: letter.outcome })),
  });
  if (counts.rejected || counts.pending) throw new CliError('Not every dead letter could be handled.');
}

const place = ({ topic, partition, offset, isRecord }: DeadLetter): string =>
  isRecord ? `${topic}/${partition} offset ${offset}` : topic;

const summary = ({ topic, partition, offset, code, reason, record }: DeadLetter): object => ({
  topic,
  partition,
  offset,
  code,
  reason,
  key: record.key,
});

function told({ outcome }: Replayed): string {
  switch (outcome.kind) {
    case 'handled':
      return 'handled';
    case 'rejected':
      return `rejected again: ${outcome.reason}`;
    case 'pending':
      return 'put back; the group has not come so far yet';
    case 'copy':
      return 'a copy of one that was put back';
    case 'no_record':
      return 'no record, so there is nothing to put back';
  }
}
