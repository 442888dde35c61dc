import { IsPostgresUrl, IsSchemaName, ServiceConfig } from '@auditmesh/runtime';
import { IsOptional } from 'class-validator';

/** What the migration needs, which has nothing to do with Kafka. */
export class DatabaseConfig {
  @IsPostgresUrl()
  DATABASE_URL!: string;

  /** Schema of the read models. */
  @IsOptional()
  @IsSchemaName()
  DATABASE_SCHEMA: string = 'trail';
}

export class ProjectorConfig extends ServiceConfig {
  @IsPostgresUrl()
  DATABASE_URL!: string;

  /** Schema of the read models. */
  @IsOptional()
  @IsSchemaName()
  DATABASE_SCHEMA: string = 'trail';
}
