import { HttpException } from '@nestjs/common';

/** What is wrong with one parameter or field. */
export interface ParameterFault {
  parameter: string;
  detail: string;
}

/** Of a thousand faults nobody reads more. */
const MAX_LISTED = 100;

/** Body of an error answer (RFC 9457). */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  /** What is wrong here, and what to do. */
  detail?: string;
  /** Every parameter that is at fault. */
  errors?: ParameterFault[];
}

const titles: Record<number, string> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition failed',
  413: 'Content too large',
  415: 'Unsupported media type',
  422: 'Unprocessable content',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Service unavailable',
  504: 'Timed out',
};

export const titleOf = (status: number): string => titles[status] ?? 'Error';

export interface ProblemOptions extends ErrorOptions {
  /** When to come again, of a 429 or 503. */
  retryAfterS?: number;
}

/** An error answer in the making. */
export class Problem extends HttpException {
  /** As the header Retry-After says it. */
  readonly retryAfterS: number | undefined;

  constructor(
    status: number,
    detail: string,
    readonly errors: ParameterFault[] = [],
    options?: ProblemOptions,
  ) {
    super(detail, status, options);
    this.retryAfterS = options?.retryAfterS;
  }

  /** 400 for parameters, of which the first hundred are listed; at least one. */
  static parameters(faults: ParameterFault[]): Problem {
    const [first] = faults;
    const rest = faults.length > 1 ? ` There are ${faults.length - 1} more.` : '';
    return new Problem(
      400,
      `The parameter ${first?.parameter} makes no sense: ${first?.detail.replace(/\.$/, '')}.${rest}`,
      faults.slice(0, MAX_LISTED),
    );
  }

  /** 400 for one parameter. */
  static parameter(parameter: string, detail: string): Problem {
    return new Problem(400, `The parameter ${parameter} makes no sense: ${detail}`, [{ parameter, detail }]);
  }
}
