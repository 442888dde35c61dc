import { transitionFault } from '@auditmesh/compliance';
import { Problem } from '@auditmesh/runtime';
import { Body, Controller, Delete, Param, ParseIntPipe, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Requires } from '../access/requires.js';
import { ViolationChanges } from '../store/violation-changes.js';
import { AskEngine, type Asked } from './ask-engine.js';
import { CommandOutcomes } from './command-outcomes.js';
import { Asks, Call, type CommandCall } from './command-call.js';
import { AcceptedCommand, AskedComment, AskedLink, AskedTransition } from './violation-asked.json.js';
import { historyJson, type ViolationWithHistoryJson } from './violation-history.json.js';
import { noSuchViolation } from './violation-id.js';
import { ViolationSearch } from './violation-search.js';

const REFUSED =
  'The engine refused the command: the violation had just been changed. Look at it again; the dead-letter queue of violations.controls says why.';

/** Asks the engine, which alone changes violations, to change one. */
@ApiTags('Violations')
@ApiBearerAuth()
@Controller('api/v1/violations/:id')
@Requires({ permission: 'compliance:write' })
export class ViolationCommandsController {
  constructor(
    private readonly search: ViolationSearch,
    private readonly changes: ViolationChanges,
    private readonly engine: AskEngine,
    private readonly outcomes: CommandOutcomes,
  ) {}

  @Post('transitions')
  @Asks('Change the status of a violation')
  async transition(
    @Call() call: CommandCall,
    @Body() { to, reason: given }: AskedTransition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedCommand> {
    const violation = await this.violationOf(call);
    const reason = given ?? null;
    const asked = { transition: { violation_id: call.id, to, reason } };
    return this.ask(call, violation, asked, reply, ({ status, next_statuses }) => {
      const fault = transitionFault(status, to, reason);
      if (!fault) return;
      if (next_statuses.includes(to)) throw Problem.parameter('reason', fault);
      throw new Problem(409, fault, [{ parameter: 'to', detail: next_statuses.join(', ') }]);
    });
  }

  @Post('comments')
  @Asks('Say something about a violation')
  async comment(
    @Call() call: CommandCall,
    @Body() { text }: AskedComment,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedCommand> {
    const violation = await this.violationOf(call);
    return this.ask(call, violation, { comment: { violation_id: call.id, text } }, reply);
  }

  @Post('links')
  @Asks('Link a violation to a ticket')
  async link(
    @Call() call: CommandCall,
    @Body() { url, title: given }: AskedLink,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedCommand> {
    const violation = await this.violationOf(call);
    const title = given ?? null;
    const asked = { link: { violation_id: call.id, url, title, removed: false } };
    return this.ask(call, violation, asked, reply, ({ links }) => {
      if (links.some((link) => link.url === url && link.title === title))
        throw new Problem(409, `The violation is linked to ${url} already.`);
    });
  }

  @Delete('links/:number')
  @Asks('Remove a link, which stays in the history')
  async unlink(
    @Call() call: CommandCall,
    @Param('number', ParseIntPipe) number: number,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedCommand> {
    const violation = await this.violationOf(call);
    const rows = await this.changes.of([call.id]);
    const link = rows.find((row) => row.kind === 'link' && row.number === number);
    const none = new Problem(404, `The violation has no link with the number ${number}.`);
    if (!link) throw none;
    const { title } = link;
    const asked = { link: { violation_id: call.id, url: link.url!, title, removed: true } };
    return this.ask(call, violation, asked, reply, ({ links }) => {
      if (!links.some((each) => each.number === number)) throw none;
    });
  }

  /** @throws Problem 404, also if it lies outside the groups of the caller */
  private async violationOf({ id, looker }: CommandCall): Promise<ViolationWithHistoryJson> {
    const violation = await this.search.byId(id, looker.principal);
    if (!violation) throw noSuchViolation(id);
    return { ...violation, ...historyJson(await this.changes.of([id])) };
  }

  /** @param check throws if the violation, as it is, does not allow it */
  private async ask(
    call: CommandCall,
    violation: ViolationWithHistoryJson,
    asked: Asked,
    reply: FastifyReply,
    check: (violation: ViolationWithHistoryJson) => void = () => undefined,
  ): Promise<AcceptedCommand> {
    const { id, key, wait, looker } = call;
    const {
      id: command,
      written,
      repeated,
    } = await this.engine.ask(violation, asked, looker, key, () => check(violation));
    if (repeated) void reply.header('idempotent-replayed', 'true');
    void reply.header('location', `/api/v1/violations/${id}`);
    if (wait && !(await this.outcomes.isDone(id, command, written))) {
      check(await this.violationOf(call));
      throw new Problem(409, REFUSED);
    }
    return { id: command, ...written };
  }
}
