import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A violation as the projector has written it. Times are text; ids of the platform are, too, as PostgreSQL gives them. */
@Entity('project_compliance_violations')
export class ViolationRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') updated_at!: string;
  @Column('text') detected_at!: string;
  @Column('text') tenant!: string;
  @Column('text') project_id!: string;
  @Column('text') project_path!: string;
  @Column('text') namespace_id!: string;
  @Column('jsonb') compliance_requirement_expression!: { expression: string; values: unknown };
  @Column('uuid') audit_event_id!: string;
  @Column('text') audit_event_type!: string;
  @Column('text') control!: string;
  @Column('text') title!: string;
  @Column('text') severity!: string;
  @Column('smallint') status!: number;
  @Column('text', { nullable: true }) closed_at!: string | null;
  @Column('text', { nullable: true }) actor_id!: string | null;
  @Column('text') actor_type!: string;
  @Column('text', { nullable: true }) actor_name!: string | null;
  @Column('text', { nullable: true }) actor_email!: string | null;
  @Column('text', { nullable: true }) actor_ip!: string | null;
  @Column('text', { nullable: true }) actor_user_agent!: string | null;
}
