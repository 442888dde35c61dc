import { IsPostgresUrl, IsSchemaName, ServiceConfig } from '@auditmesh/runtime';
import { IsOptional, MinLength } from 'class-validator';

/** What the migration needs, which has nothing to do with Kafka. */
export class DatabaseConfig {
  @IsPostgresUrl()
  DATABASE_URL!: string;
}

export class ApiConfig extends ServiceConfig {
  @IsPostgresUrl()
  DATABASE_URL!: string;

  /** Schema of the read models. */
  @IsOptional()
  @IsSchemaName()
  DATABASE_SCHEMA: string = 'trail';

  /** Bearer token that may do everything in all tenants. */
  @MinLength(16)
  API_TOKEN!: string;
}
