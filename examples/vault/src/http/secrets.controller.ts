import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Put,
  Query,
  UseGuards,
} from '@nestjs/common';
import { Secrets, type Caller, type Secret } from '../secrets/secrets.js';
import { CallerGuard, Calling } from './caller.guard.js';

const MAX_PATH_CHARACTERS = 512;
const PATH = new RegExp(`^[^\\u0000-\\u001f]{1,${MAX_PATH_CHARACTERS}}$`);

@Controller('v1')
@UseGuards(CallerGuard)
export class SecretsController {
  constructor(private readonly secrets: Secrets) {}

  @Get('secrets/*')
  read(
    @Calling() caller: Caller,
    @Param('*') path: string,
    @Query('version') version?: string,
  ): Promise<Secret> {
    return this.secrets.read(caller, pathOf(path), version === undefined ? undefined : versionOf(version));
  }

  @Put('secrets/*')
  async write(
    @Calling() caller: Caller,
    @Param('*') path: string,
    @Body() body: unknown,
  ): Promise<Omit<Secret, 'value'>> {
    const version = await this.secrets.write(caller, pathOf(path), valueOf(body));
    return { path, version };
  }

  @Delete('secrets/*')
  @HttpCode(204)
  delete(@Calling() caller: Caller, @Param('*') path: string): Promise<void> {
    return this.secrets.delete(caller, pathOf(path));
  }

  @Get('list/*')
  async list(@Calling() caller: Caller, @Param('*') prefix: string): Promise<{ paths: string[] }> {
    return { paths: await this.secrets.list(caller, pathOf(prefix)) };
  }
}

function pathOf(path: string): string {
  if (!PATH.test(path))
    throw new BadRequestException(`A path has 1 to ${MAX_PATH_CHARACTERS} characters, none of control.`);
  return path;
}

function versionOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new BadRequestException('A version is a number from 1 on.');
  return Number(text);
}

function valueOf(body: unknown): string {
  const value = (body as { value?: unknown } | null | undefined)?.value;
  if (typeof value !== 'string') throw new BadRequestException('Send {"value": "…"}.');
  return value;
}
