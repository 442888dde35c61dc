import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { Problem, type ParameterFault } from './problem.js';

/** Checks parameters and bodies against their classes; what is unknown or makes no sense gives 400 naming it. */
export const validationPipe = (): ValidationPipe =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) => {
      const faults = errors.flatMap((error) => faultsOf(error, ''));
      const [first] = faults;
      const rest = faults.length > 1 ? ` There are ${faults.length - 1} more.` : '';
      return new Problem(
        400,
        `The parameter ${first?.parameter} makes no sense: ${first?.detail}.${rest}`,
        faults,
      );
    },
  });

function faultsOf({ property, constraints, children }: ValidationError, prefix: string): ParameterFault[] {
  const parameter = prefix + property;
  const own = Object.values(constraints ?? {}).map((detail) => ({ parameter, detail }));
  return [...own, ...(children ?? []).flatMap((child) => faultsOf(child, `${parameter}.`))];
}
