import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of the trail. Times are text, since a JavaScript date has no microseconds. */
@Entity('audit_events')
export class AuditEventRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') type!: string;
  @Column('text') category!: string;
  @Column('text') occurred_at!: string;
  @Column('text', { nullable: true }) actor_id!: string | null;
  @Column('text') actor_type!: string;
  @Column('text', { nullable: true }) actor_name!: string | null;
  @Column('text', { nullable: true }) actor_email!: string | null;
  @Column('text', { nullable: true }) actor_ip!: string | null;
  @Column('text', { nullable: true }) actor_user_agent!: string | null;
  @Column('text') scope_type!: string;
  @Column('text', { nullable: true }) scope_id!: string | null;
  @Column('text', { nullable: true }) scope_path!: string | null;
  @Column('text', { nullable: true }) root_namespace_id!: string | null;
  @Column('text') target_type!: string;
  @Column('text', { nullable: true }) target_id!: string | null;
  @Column('text', { nullable: true }) target_name!: string | null;
  @Column('text') outcome!: string;
  @Column('text') message!: string;
  @Column('jsonb', { nullable: true }) details!: unknown;
  @Column('jsonb', { nullable: true }) consolidation!: unknown;
  @Column('text') cause_id!: string;
  @Column('text', { nullable: true }) cause_topic!: string | null;
  @Column('text') source!: string;
  @Column('text', { nullable: true }) trace_id!: string | null;
}
