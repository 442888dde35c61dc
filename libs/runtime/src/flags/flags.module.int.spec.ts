import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module, type DynamicModule } from '@nestjs/common';
import { OpenFeature } from '@openfeature/server-sdk';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, ServiceConfig } from '../config.js';
import { startService } from '../run-service.js';
import { RuntimeModule } from '../runtime.module.js';
import { Flags } from './flags.js';
import { FlagsModule } from './flags.module.js';

const FLAG = 'security_policy_audit_events';

@Module({})
class FlaggedModule {
  static of(config: ServiceConfig): DynamicModule {
    return {
      module: FlaggedModule,
      imports: [RuntimeModule.forService('flagged', config), FlagsModule.of(config)],
    };
  }
}

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flags-'));
  file = join(folder, 'flags.yml');
});

afterEach(() => rm(folder, { recursive: true }));

const start = (more: NodeJS.ProcessEnv) =>
  startService(
    { config: ServiceConfig, module: (config) => FlaggedModule.of(config) },
    {
      KAFKA_BROKERS: 'localhost:1',
      SCHEMA_REGISTRY_URL: 'http://localhost:1',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      LOG_LEVEL: 'silent',
      ...more,
    },
  );

describe('a service with flags', () => {
  it('gets them injected, shows them in its metrics and answers the clients of OpenFeature', async () => {
    await writeFile(file, `flags: {${FLAG}: {state: on, percentage: 25}}`);
    const app = await start({ FLAGS_FILE: file });
    try {
      expect(app.get(Flags).evaluate(FLAG, null)).toEqual({ on: false, variant: 'not_selected' });
      expect(await OpenFeature.getClient().getBooleanValue(FLAG, true)).toBe(false);
      const { body } = await app.inject({ url: '/metrics' });
      expect(body).toContain(`auditmesh_flag_percentage{flag="${FLAG}"} 25`);
      expect(body).toContain(`auditmesh_flag_evaluations_total{flag="${FLAG}",variant="not_selected"} 2`);
      expect(body).toContain(`auditmesh_flags_file_broken{file="${file}"} 0`);
    } finally {
      await app.close();
    }
  });

  it('has the defaults without a file', async () => {
    const app = await start({});
    expect(app.get(Flags).evaluate(FLAG, null)).toEqual({ on: true, variant: 'on' });
    await app.close();
  });

  it('does not start with a file that is not usable', async () => {
    await writeFile(file, `flags: {${FLAG}: {state: perhaps}}`);
    const starting = start({ FLAGS_FILE: file });
    await expect(starting).rejects.toThrow(ConfigError);
    await expect(starting).rejects.toThrow(/\n {2}FLAGS_FILE: line 1: .*must be on or off$/);
  });
});
