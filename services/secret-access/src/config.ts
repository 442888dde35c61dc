import { IsInt, IsOptional, IsString, Matches, Min } from 'class-validator';
import { DeviceConfig } from './devices/device-config.js';

const TOKEN = '[A-Za-z0-9._-]{1,100}=[^\\s,=]{16,}';

export class SecretAccessConfig extends DeviceConfig {
  /** Path of the file that says to which namespaces and projects mounts and paths belong, watched; without it to none. */
  @IsOptional()
  @IsString()
  SECRET_PATHS_FILE?: string;

  /** Who may report accesses over HTTP, `name=token,…`; without it nobody. A name is part of the source of its records. */
  @IsOptional()
  @Matches(new RegExp(`^${TOKEN}(?:,${TOKEN})*$`), {
    message:
      '$property must be like vault=TOKEN,portal=TOKEN, with names of letters, digits, ".", "_", "-" and tokens of at least 16 characters without commas, spaces and "="',
  })
  SECRET_INTAKE_TOKENS?: string;

  /** How long the identity of a record without a number is remembered, ms of append time. */
  @IsOptional()
  @IsInt()
  @Min(1_000)
  SECRET_SEEN_MS: number = 86_400_000;

  /** And how many of them at most, per partition; beyond that the oldest are forgotten. */
  @IsOptional()
  @IsInt()
  @Min(1)
  SECRET_SEEN_RECORDS: number = 500_000;

  /** Folder with the alert rules, watched; without it those that come with the mesh. */
  @IsOptional()
  @IsString()
  ALERT_RULES_FOLDER?: string;

  /** Identities, secrets or addresses that one alert rule remembers of one tenant; beyond that the oldest are forgotten. */
  @IsOptional()
  @IsInt()
  @Min(100)
  ALERT_SUBJECTS: number = 10_000;
}
