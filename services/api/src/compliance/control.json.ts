import type { Control } from '@auditmesh/controls';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Min, registerDecorator } from 'class-validator';
import { Id, OptionalId } from '../directory/fields.js';

const MAX_TEXT = 65_536;
const origins = ['mesh', 'folder', 'own'] as const;
export type ControlOrigin = (typeof origins)[number];
const ways = ['events', 'settings', 'external'] as const;

const Definition = (): PropertyDecorator => (target, name) => {
  ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'object' }],
    description: 'The control file: its YAML or JSON text, or what it holds',
  })(target, name);
  registerDecorator({
    target: target.constructor,
    propertyName: name as string,
    options: { message: `definition must be a control file of at most ${MAX_TEXT} characters, or a mapping` },
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string'
          ? value.length <= MAX_TEXT
          : typeof value === 'object' && value !== null && !Array.isArray(value),
    },
  });
};

/** A control as it is asked for, at a place that names it. */
export class ControlBody {
  @Definition() definition!: string | object;
}

export class NewControl extends ControlBody {
  @Id('Root namespace that owns it') namespace!: number;
}

/** A definition to be looked at; nothing is kept. */
export class ControlToCheck extends ControlBody {
  @OptionalId('Root namespace that would own it; then its name is looked at, too') namespace?: number;
}

export class ControlJson {
  @ApiProperty() name!: string;
  @ApiProperty({
    enum: origins,
    description: 'It comes with the mesh, from CONTROLS_FOLDER, or is a root namespace’s own',
  })
  origin!: ControlOrigin;
  @ApiProperty({ type: Number, nullable: true, description: 'Root namespace that owns it' })
  namespace!: number | null;
  @ApiProperty() title!: string;
  @ApiProperty() description!: string;
  @ApiProperty({ enum: ways, description: 'From events, from settings of the project, or by another system' })
  evaluated!: string;
  @ApiProperty({ enum: ['low', 'medium', 'high', 'critical'] }) severity!: string;
  @ApiProperty({ type: [String], description: 'Types of events that it names' }) triggers!: string[];
  @ApiProperty({ type: String, nullable: true, description: 'In CEL' }) expression!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'In CEL' }) resolves_when!: string | null;
  @ApiProperty({ type: [String], description: 'Fields that the expression names' }) reads!: string[];
  @ApiPropertyOptional({ description: 'The control file of one’s own, YAML' }) definition?: string;
  @ApiPropertyOptional({
    description: 'Why one’s own does not count, such as that it does not load any more',
  })
  fault?: string;
}

export class ControlList {
  @ApiProperty({ type: [ControlJson] }) items!: ControlJson[];
  @ApiProperty({ type: String, nullable: true, description: 'Always null: all are on one page' })
  next!: null;
}

export class ControlsQuery {
  @ApiPropertyOptional({ type: Number, description: 'Ours and those of this root namespace' })
  @IsOptional()
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  namespace?: number;

  @ApiPropertyOptional({ enum: ways }) @IsOptional() @IsIn(ways) evaluated?: string;
  @ApiPropertyOptional({ enum: origins }) @IsOptional() @IsIn(origins) origin?: string;
}

/** One that every root namespace has. */
export const controlJson = (control: Control, origin: ControlOrigin): ControlJson => ({
  name: control.name,
  origin,
  namespace: null,
  title: control.title,
  description: control.description,
  evaluated: control.evaluated,
  severity: control.severity,
  triggers: [...control.triggers],
  expression: control.expression,
  resolves_when: control.resolvesWhen,
  reads: [...new Set(control.program?.reads.map(({ path }) => path))],
});

/** One of a root namespace's own. */
export const ownControlJson = (control: Control, namespace: number, definition: string): ControlJson => ({
  ...controlJson(control, 'own'),
  ...{ namespace, definition },
});

/** One that does not load, as when the catalog lost a type that it names. */
export const brokenControlJson = (
  name: string,
  namespace: number,
  definition: string,
  fault: string,
): ControlJson => ({
  ...{ name, origin: 'own', namespace, title: name, description: '', evaluated: 'events', severity: 'low' },
  ...{ triggers: [], expression: null, resolves_when: null, reads: [], definition, fault },
});
