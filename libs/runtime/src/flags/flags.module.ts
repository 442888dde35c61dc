import { Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { OpenFeature } from '@openfeature/server-sdk';
import type { ServiceConfig } from '../config.js';
import type { Logger } from '../log.js';
import { LOG } from '../runtime.module.js';
import { FlagFileProvider } from './flag-file-provider.js';
import { Flags } from './flags.js';

/** Gives a service its Flags, and makes them what OpenFeature's clients ask by default. Needs the RuntimeModule. */
@Module({})
export class FlagsModule implements OnModuleInit {
  static of(config: ServiceConfig): DynamicModule {
    return {
      module: FlagsModule,
      global: true,
      providers: [
        {
          provide: Flags,
          inject: [LOG],
          useFactory: (log: Logger) => Flags.open({ file: config.FLAGS_FILE, log }),
        },
      ],
      exports: [Flags],
    };
  }

  constructor(private readonly flags: Flags) {}

  async onModuleInit(): Promise<void> {
    await OpenFeature.setProviderAndWait(new FlagFileProvider(this.flags));
  }
}
