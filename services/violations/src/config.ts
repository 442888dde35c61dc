import { policyLimitsPattern, policyTypes } from '@auditmesh/policies';
import { ControlsConfig } from '@auditmesh/runtime/controls';
import { IsInt, IsOptional, Matches, Min } from 'class-validator';

export class ViolationsConfig extends ControlsConfig {
  /** How long a project that the directory does not know is waited for, ms. */
  @IsOptional()
  @IsInt()
  @Min(0)
  DIRECTORY_PATIENCE_MS: number = 30_000;

  /** How many enabled policies of a type are applied, as in `policy-sync`, which tells of those that are not. */
  @IsOptional()
  @Matches(policyLimitsPattern, {
    message: `POLICY_LIMITS must be like approval_policy=10,scan_execution_policy=20, with the types ${policyTypes.join(', ')}`,
  })
  POLICY_LIMITS: string = '';

  /** How long a merge request that was merged or closed is remembered, ms of append time. */
  @IsOptional()
  @IsInt()
  @Min(1_000)
  MERGE_REQUEST_MEMORY_MS: number = 30 * 86_400_000;

  /** How many candidates one transaction takes; an event of a group may have more. */
  @IsOptional()
  @IsInt()
  @Min(1)
  TRANSACTION_CANDIDATES: number = 20_000;
}
