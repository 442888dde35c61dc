import { ServiceConfig } from '@auditmesh/runtime';
import { IsInt, IsOptional, Min } from 'class-validator';

export class ConsolidatorConfig extends ServiceConfig {
  /** A window closes this long after its latest candidate, ms. */
  @IsOptional()
  @IsInt()
  @Min(100)
  WINDOW_IDLE_MS: number = 60_000;

  /** And at most this long after its first, ms. */
  @IsOptional()
  @IsInt()
  @Min(100)
  WINDOW_MAX_MS: number = 900_000;
}
