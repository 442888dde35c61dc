import { escapeText } from '@auditmesh/events';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';

/** Entities that one call may bring. */
export const MAX_ENTITIES = 5_000;
/** Ids that one list of an entity may have. */
const MAX_IDS = 200_000;
const PATH = /^[^/\s\0]+(\/[^/\s\0]+)*$/;
const MAX_PATH = 2_000;

const isId = (target: object, name: string | symbol): void => {
  IsInt()(target, name as string);
  Min(1)(target, name as string);
  Max(Number.MAX_SAFE_INTEGER)(target, name as string);
};

export const Id =
  (description?: string): PropertyDecorator =>
  (target, name) => {
    ApiProperty({ type: Number, ...(description ? { description } : {}) })(target, name);
    isId(target, name);
  };

export const OptionalId =
  (description?: string): PropertyDecorator =>
  (target, name) => {
    ApiPropertyOptional({ type: Number, ...(description ? { description } : {}) })(target, name);
    IsOptional()(target, name);
    isId(target, name);
  };

/** A list of ids, which may be left out. */
export const Ids =
  (description: string): PropertyDecorator =>
  (target, name) => {
    ApiPropertyOptional({ type: [Number], description })(target, name);
    IsOptional()(target, name);
    IsArray()(target, name as string);
    ArrayMaxSize(MAX_IDS)(target, name as string);
    IsInt({ each: true })(target, name as string);
    Min(1, { each: true })(target, name as string);
    Max(Number.MAX_SAFE_INTEGER, { each: true })(target, name as string);
  };

export const Path = (): PropertyDecorator => (target, name) => {
  ApiProperty({ example: 'acme/payments' })(target, name);
  IsString()(target, name as string);
  MaxLength(MAX_PATH)(target, name as string);
  Matches(PATH, { message: '$property must be a path such as acme/payments' })(target, name as string);
};

/** In the form in which the tables can hold it. */
const Storable = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' ? escapeText(value) : value,
);

/** A text that must be there. */
export const Text =
  (most: number, description?: string): PropertyDecorator =>
  (target, name) => {
    ApiProperty({ minLength: 1, maxLength: most, ...(description ? { description } : {}) })(target, name);
    Storable(target, name);
    IsString()(target, name as string);
    MinLength(1)(target, name as string);
    MaxLength(most)(target, name as string);
  };

/** A text that may be left out or empty. */
export const OptionalText =
  (most: number, description?: string): PropertyDecorator =>
  (target, name) => {
    ApiPropertyOptional({ maxLength: most, ...(description ? { description } : {}) })(target, name);
    Storable(target, name);
    IsOptional()(target, name);
    IsString()(target, name as string);
    MaxLength(most)(target, name as string);
  };

/** A list of entities, which may be left out. */
export const ListOf =
  (type: () => new () => object, most = MAX_ENTITIES): PropertyDecorator =>
  (target, name) => {
    ApiPropertyOptional({ type: () => [type()] })(target, name);
    IsOptional()(target, name);
    IsArray()(target, name as string);
    ArrayMaxSize(most)(target, name as string);
    ValidateNested({ each: true })(target, name as string);
    Type(type)(target, name as string);
  };
