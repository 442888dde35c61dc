import { ServiceConfig } from '@auditmesh/runtime';
import { IsInt, IsOptional, Min } from 'class-validator';

export class PolicySyncConfig extends ServiceConfig {
  /** How long a policy project that the directory does not know is waited for, ms. */
  @IsOptional()
  @IsInt()
  @Min(0)
  DIRECTORY_PATIENCE_MS: number = 30_000;
}
