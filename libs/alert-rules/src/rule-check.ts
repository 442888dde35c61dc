import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { milliseconds } from './duration.js';
import { alertRuleSchema } from './generated/schema.js';

/** What is wrong with a rule, and where in it. */
export interface Fault {
  path: (string | number)[];
  problem: string;
}

type Fields = Record<string, unknown>;

const DAY_MS = 86_400_000;
const longest: Record<string, number> = { window: 1, clear_after: 30, remember: 365, learning: 365 };
let check: ValidateFunction | undefined;

/** All that is wrong with the fields of a rule's file. @param name what the file is called */
export function faultsOf(fields: Fields, name: string): Fault[] {
  check ??= new Ajv2020({ allErrors: true, discriminator: true, strictTypes: false }).compile(
    alertRuleSchema,
  );
  if (!check(fields)) return unique(check.errors!.map(faultOf));
  return [
    ...(fields['name'] === name
      ? []
      : [
          {
            path: ['name'],
            problem: `Its name is ${show(fields['name'])}; write \`name: ${name}\`, or rename the file.`,
          },
        ]),
    ...tooLong(fields),
    ...hoursFaults(fields),
    ...(fields['time_zone'] === undefined || isTimeZone(fields['time_zone'] as string)
      ? []
      : [
          {
            path: ['time_zone'],
            problem: `The time zone ${show(fields['time_zone'])} is unknown; write an IANA name such as Europe/Berlin.`,
          },
        ]),
  ];
}

function tooLong(fields: Fields): Fault[] {
  return Object.entries(longest)
    .filter(([field, days]) => {
      const text = fields[field];
      return typeof text === 'string' && milliseconds(text) > days * DAY_MS;
    })
    .map(([field, days]) => ({
      path: [field],
      problem: `${field} is ${String(fields[field])}; write at most ${days}d.`,
    }));
}

function hoursFaults({ hours }: Fields): Fault[] {
  if (typeof hours !== 'string') return [];
  const [from, to] = hours.split('-');
  return from === to
    ? [
        {
          path: ['hours'],
          problem: `hours is ${show(hours)}, which is no time; write 00:00-24:00 for all day.`,
        },
      ]
    : [];
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function faultOf({ instancePath, keyword, params, message, data: _ }: ErrorObject): Fault {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')));
  const given = params as Record<string, unknown>;
  const what = path.length ? path.join('.') : 'The rule';
  switch (keyword) {
    case 'required':
      return { path, problem: `${what} has no ${String(given['missingProperty'])}; add it.` };
    case 'additionalProperties': {
      const name = String(given['additionalProperty']);
      return { path: [...path, name], problem: `${[...path, name].join('.')} is unknown; leave it out.` };
    }
    case 'discriminator':
      return {
        path: ['kind'],
        problem: 'kind is unknown; write count, denied_burst, first_seen_ip or off_hours.',
      };
    case 'enum':
      return { path, problem: `${what} must be one of ${(given['allowedValues'] as unknown[]).join(', ')}.` };
    case 'pattern':
      return { path, problem: `${what} must look like ${formOf(path)}.` };
    default:
      return { path, problem: `${what} ${message ?? 'is not right'}.` };
  }
}

function formOf(path: (string | number)[]): string {
  if (path[0] === 'name') return 'many-reads-2: small letters, digits and hyphens, at most 63';
  return path[0] === 'hours' ? '08:00-18:00' : '90s, 10m, 2h or 30d';
}

/** One fault per place and sentence. */
const unique = (faults: Fault[]): Fault[] => [
  ...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values(),
];

const show = (value: unknown): string => JSON.stringify(value) ?? 'missing';
