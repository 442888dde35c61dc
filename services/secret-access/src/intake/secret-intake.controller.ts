import { parseMicros } from '@auditmesh/events';
import { Problem, validationPipe, type ParameterFault } from '@auditmesh/runtime';
import { Body, Controller, Headers, HttpCode, Post, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiHeader,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { AccessQueue } from './access-queue.js';
import { Caller, IntakeGuard } from './intake.guard.js';
import { AcceptedAccesses, PostedAccesses, type PostedAccess } from './posted-accesses.js';
import { reportedAccess } from './record-of-access.js';
import { UsedKeys } from './used-keys.js';

export const INTAKE_PATH = 'api/v1/secret-accesses';
const DAY_US = 86_400_000_000;
/** `#` begins what an access with an id of its own is known by. */
const KEY = /^(?!#)[\x21-\x7e]{1,200}$/;

/** Takes accesses from producers without Kafka. Whatever is wrong is said by position and field, never by value. */
@ApiTags('Secret accesses')
@ApiBearerAuth()
@Controller(INTAKE_PATH)
@UseGuards(IntakeGuard)
export class SecretIntakeController {
  constructor(
    private readonly queue: AccessQueue,
    private readonly keys: UsedKeys,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Report uses of secrets without Kafka' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Required unless each access has an id; repeating a call with the same key and body tells nothing twice',
  })
  @ApiAcceptedResponse({ type: AcceptedAccesses, description: 'All replicas have the records' })
  @ApiUnprocessableEntityResponse({ description: 'The key was used for another body; nothing was taken' })
  async take(
    @Body(validationPipe({ unknownFields: 'ignored' })) { accesses }: PostedAccesses,
    @Headers('idempotency-key') key: string | undefined,
    @Caller() caller: string,
  ): Promise<AcceptedAccesses> {
    const ids = idsOf(accesses, key);
    const times = timesOf(accesses, Date.now() * 1_000);
    const reported = accesses.map((access, i) => reportedAccess(access, times[i]!, caller, ids[i]!));
    if (countsKey(accesses)) this.keys.claim(caller, key!, reported);
    await this.queue.write(reported);
    return { ids: reported.map(({ eventId }) => eventId) };
  }
}

/** Whether an access is known by the key of the call, and not by an id of its own. */
const countsKey = (accesses: PostedAccess[]): boolean => accesses.some(({ id }) => !id);

function idsOf(accesses: PostedAccess[], key: string | undefined): string[] {
  if (countsKey(accesses) && !KEY.test(key ?? ''))
    throw Problem.parameter(
      'Idempotency-Key',
      'send 1 to 200 visible ASCII characters, not # first and new for each call, or give each access an id.',
    );
  return accesses.map(({ id }, i) => (id ? `#${id}` : `${key}/${i}`));
}

/** µs. @throws Problem 400 */
function timesOf(accesses: PostedAccess[], now: number): number[] {
  const faults: ParameterFault[] = [];
  const times = accesses.map(({ occurred_at }, i) => {
    const at = parseMicros(occurred_at);
    const fault = (detail: string) => faults.push({ parameter: `accesses.${i}.occurred_at`, detail });
    if (at === undefined) fault('it must be a time such as 2026-11-20T10:00:00Z');
    else if (at < 0) fault('it is before 1970');
    else if (at > now + DAY_US) fault('it is later than tomorrow');
    return at ?? 0;
  });
  if (faults.length) throw Problem.parameters(faults);
  return times;
}
