import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A requirement that asked for the control of a violation. */
@Entity('project_compliance_violation_requirements')
export class ViolationRequirementRow {
  @PrimaryColumn('uuid') violation_id!: string;
  @PrimaryColumn('text') compliance_requirement_id!: string;
  @Column('text') framework_id!: string;
  @Column('int') position!: number;
  /** Of the violation. */
  @Column('text') detected_at!: string;
}
