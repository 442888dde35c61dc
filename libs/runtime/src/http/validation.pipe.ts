import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { Problem, type ParameterFault } from './problem.js';

export interface ValidationOptions {
  /** `ignored` leaves them out without a word, where their very names may be what nobody must see. */
  unknownFields?: 'refused' | 'ignored';
}

/** Checks parameters and bodies against their classes; what is unknown or makes no sense gives 400 naming it. */
export const validationPipe = ({ unknownFields = 'refused' }: ValidationOptions = {}): ValidationPipe =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: unknownFields === 'refused',
    exceptionFactory: (errors) => Problem.parameters(errors.flatMap((error) => faultsOf(error, ''))),
  });

function faultsOf({ property, constraints, children }: ValidationError, prefix: string): ParameterFault[] {
  const parameter = prefix + property;
  const own = Object.values(constraints ?? {}).map((detail) => ({ parameter, detail }));
  return [...own, ...(children ?? []).flatMap((child) => faultsOf(child, `${parameter}.`))];
}
