import {
  FlagNotFoundError,
  OpenFeatureEventEmitter,
  ProviderEvents,
  StandardResolutionReasons,
  TypeMismatchError,
  type EvaluationContext,
  type Provider,
  type ResolutionDetails,
} from '@openfeature/server-sdk';
import { isFlagName, type FlagVariant } from './flag-rule.js';
import type { Flags } from './flags.js';

const reasons: Record<FlagVariant, string> = {
  on: StandardResolutionReasons.STATIC,
  allow_list: StandardResolutionReasons.TARGETING_MATCH,
  percentage: StandardResolutionReasons.SPLIT,
  not_selected: StandardResolutionReasons.SPLIT,
  off: StandardResolutionReasons.DISABLED,
};

/**
 * Our flags for OpenFeature's clients; the targeting key is the id of the root namespace, none is what belongs to none.
 * All flags are boolean. It is stale while the file is not usable.
 */
export class FlagFileProvider implements Provider {
  readonly metadata = { name: 'auditmesh-flags-file' };
  readonly runsOn = 'server';
  readonly events = new OpenFeatureEventEmitter();
  private stale = false;

  constructor(private readonly flags: Flags) {
    flags.onChange(({ changed, faults }) => {
      const [stale, wasStale] = [faults.length > 0, this.stale];
      this.stale = stale;
      if (stale) this.events.emit(ProviderEvents.Stale, { message: faults[0]!.message });
      else if (wasStale) this.events.emit(ProviderEvents.Ready);
      if (changed.length) this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: changed });
    });
  }

  async resolveBooleanEvaluation(
    flag: string,
    _default: boolean,
    { targetingKey }: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    if (!isFlagName(flag)) throw new FlagNotFoundError(`There is no flag ${flag}.`);
    const { on, variant } = this.flags.evaluate(flag, targetingKey || null);
    return { value: on, variant, reason: reasons[variant] };
  }

  resolveStringEvaluation = notBoolean;
  resolveNumberEvaluation = notBoolean;
  resolveObjectEvaluation = notBoolean;
}

async function notBoolean(flag: string): Promise<never> {
  if (!isFlagName(flag)) throw new FlagNotFoundError(`There is no flag ${flag}.`);
  throw new TypeMismatchError(`${flag} is a boolean flag.`);
}
