import { Module, type DynamicModule } from '@nestjs/common';
import { ApiConfig } from '../config.js';
import { CallbackNonces } from '../store/callback-nonces.js';
import { ExternalControlLeftovers } from '../store/external-control-leftovers.js';
import { ExternalControlRequests } from '../store/external-control-requests.js';
import { ExternalControlSecrets } from '../store/external-control-secrets.js';
import { RequiredExternalControls } from '../store/required-external-controls.js';
import { AskControl } from './ask-control.js';
import { CallbackCheck } from './callback-check.js';
import { CallbackLimits } from './callback-limits.js';
import { CallbackController } from './callback.controller.js';
import { ExternalControlsController } from './external-controls.controller.js';
import { ManageExternalControls } from './manage-external-controls.js';
import { PingOnce } from './ping-once.js';
import { Pings } from './pings.js';
import { RefusedCallbacks } from './refused-callbacks.js';
import { SECRET_BOX, SecretBox } from './secret-box.js';
import { TakeVerdict } from './take-verdict.js';

/** External controls: they are asked with a signature, and answer with one. */
@Module({})
export class ExternalControlsModule {
  static of(config: ApiConfig): DynamicModule {
    const key = config.SECRETS_KEY;
    return {
      module: ExternalControlsModule,
      controllers: [CallbackController, ExternalControlsController],
      providers: [
        { provide: ApiConfig, useValue: config },
        { provide: SECRET_BOX, useValue: key === undefined ? undefined : SecretBox.of(key) },
        CallbackNonces,
        ExternalControlLeftovers,
        ExternalControlRequests,
        ExternalControlSecrets,
        RequiredExternalControls,
        AskControl,
        CallbackCheck,
        CallbackLimits,
        RefusedCallbacks,
        ManageExternalControls,
        PingOnce,
        Pings,
        TakeVerdict,
      ],
      exports: [ExternalControlLeftovers],
    };
  }
}
