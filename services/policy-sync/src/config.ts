import { ServiceConfig } from '@auditmesh/runtime';
import { policyLimitsPattern, policyTypes } from '@auditmesh/policies';
import { IsInt, IsOptional, Matches, Min } from 'class-validator';

export class PolicySyncConfig extends ServiceConfig {
  /** How long a policy project that the directory does not know is waited for, ms. */
  @IsOptional()
  @IsInt()
  @Min(0)
  DIRECTORY_PATIENCE_MS: number = 30_000;

  /** Enforcement failures of so long a time are counted together, ms. */
  @IsOptional()
  @IsInt()
  @Min(1_000)
  ENFORCEMENT_BUCKET_MS: number = 600_000;

  /** And so long after that time their event is made, ms. */
  @IsOptional()
  @IsInt()
  @Min(0)
  ENFORCEMENT_GRACE_MS: number = 60_000;

  /** How many enabled policies of a type are applied, where it is not 5 (schedules: 1): `approval_policy=10,…`. */
  @IsOptional()
  @Matches(policyLimitsPattern, {
    message: `POLICY_LIMITS must be like approval_policy=10,scan_execution_policy=20, with the types ${policyTypes.join(', ')}`,
  })
  POLICY_LIMITS: string = '';
}
