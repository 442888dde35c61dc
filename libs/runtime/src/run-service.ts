import 'reflect-metadata';
import { KafkaBatchServer, StartPatience } from '@auditmesh/kafka';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig, type ServiceConfig } from './config.js';
import { answerWhileStarting } from './http/while-starting.js';
import { NestLog, type Logger } from './log.js';
import { endConnections, LOG } from './runtime.module.js';

export interface ServiceDefinition<C extends ServiceConfig> {
  config: new () => C;
  /** The wiring, made of the configuration. */
  module: (config: C) => DynamicModule;
  /** Tokens of the KafkaBatchServers among the providers, one per consumer group. */
  groups?: symbol[];
  /** Bytes that a request's body may have; 1 MiB if left out. */
  bodyLimit?: number;
  /** Last touches before the service listens. */
  prepare?: (app: NestFastifyApplication, config: C) => Promise<void> | void;
}

const BODY_LIMIT = 1024 * 1024;

/**
 * Starts a service; closing what is returned lets it finish what it is doing. While it starts, and waits for what it
 * needs, it is live and not ready.
 *
 * @throws ConfigError, or why it cannot start
 */
export async function startService<C extends ServiceConfig>(
  definition: ServiceDefinition<C>,
  environment: NodeJS.ProcessEnv,
): Promise<NestFastifyApplication> {
  const config = loadConfig(definition.config, environment);
  const stopAnswering = await answerWhileStarting(config.HTTP_PORT, config.HTTP_HOST);
  try {
    const app = await createApp(definition, config);
    await start(app, definition, config, stopAnswering);
    return app;
  } catch (error) {
    // Of what was put together nobody can be asked to disconnect if a part of it failed.
    endConnections(config);
    throw error;
  } finally {
    await stopAnswering();
  }
}

async function createApp<C extends ServiceConfig>(
  definition: ServiceDefinition<C>,
  config: C,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: definition.bodyLimit ?? BODY_LIMIT,
    trustProxy: config.TRUSTED_PROXIES?.split(',') ?? false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(definition.module(config), adapter, {
    abortOnError: false,
    logger: false,
  });
  app.useLogger(new NestLog(app.get<Logger>(LOG)));
  return app;
}

async function start<C extends ServiceConfig>(
  app: NestFastifyApplication,
  definition: ServiceDefinition<C>,
  config: C,
  stopAnswering: () => Promise<void>,
): Promise<void> {
  const log = app.get<Logger>(LOG);
  try {
    for (const group of definition.groups ?? []) {
      app.connectMicroservice({ strategy: app.get<KafkaBatchServer>(group) }, { inheritAppConfig: false });
    }
    await definition.prepare?.(app, config);
    await app.startAllMicroservices();
    await app.init();
    await stopAnswering();
    await app.listen(config.HTTP_PORT, config.HTTP_HOST);
  } catch (error) {
    log.fatal({ err: error }, `cannot start: ${(error as Error).message}`);
    app.get(StartPatience).end();
    await app.close().catch(() => undefined);
    throw error;
  }
  app.get(StartPatience).end();
  log.info({ port: config.HTTP_PORT }, 'ready to work');
}

/**
 * Runs a service until SIGTERM or SIGINT, which let it finish what it is doing. A service that cannot start says why on
 * standard error and exits with 1.
 */
export async function runService<C extends ServiceConfig>(definition: ServiceDefinition<C>): Promise<void> {
  try {
    const app = await startService(definition, process.env);
    app.enableShutdownHooks();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
