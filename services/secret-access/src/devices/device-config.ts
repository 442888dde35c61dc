import { ServiceConfig } from '@auditmesh/runtime';
import { IsInt, IsOptional, IsString, Matches, Max, Min, ValidateIf } from 'class-validator';

const NAME = '[A-Za-z0-9._-]{1,100}';
const listOf = (item: string): RegExp => new RegExp(`^${item}(?:,${item})*$`);

/** The intakes of audit devices of OpenBao and Vault. A device is named by us; the name is part of the source of its entries. */
export class DeviceConfig extends ServiceConfig {
  /** Devices that send over HTTP and their tokens, `name=token,…`. */
  @IsOptional()
  @Matches(listOf(`${NAME}=[^\\s,=]{16,}`), {
    message: '$property must be like main=TOKEN,other=TOKEN, with tokens of at least 16 characters',
  })
  DEVICE_TOKENS?: string;

  /** Sockets to listen at, `name=tcp://127.0.0.1:9090,other=unix:///run/auditmesh.sock`. */
  @IsOptional()
  @Matches(listOf(`${NAME}=(?:tcp://[^\\s,]+:\\d+|unix:///[^\\s,]+)`), {
    message: '$property must be like main=tcp://127.0.0.1:9090,other=unix:///run/auditmesh.sock',
  })
  DEVICE_SOCKETS?: string;

  /** Files to follow, `name=/var/log/openbao/audit.log,…`. */
  @IsOptional()
  @Matches(listOf(`${NAME}=/[^,]+`), { message: '$property must be like main=/var/log/openbao/audit.log' })
  DEVICE_FILES?: string;

  /** Folder that keeps how far each file was read; it must outlive the process. Required with files. */
  @ValidateIf((config: DeviceConfig) => config.DEVICE_FILES !== undefined)
  @IsString()
  DEVICE_STATE_FOLDER?: string;

  /** What the device writes before each line, `name=@cee: ,…`; a comma cannot be part of it. */
  @IsOptional()
  @Matches(listOf(`${NAME}=[^,]+`), { message: '$property must be like main=@cee: ' })
  DEVICE_PREFIXES?: string;

  /** Parts of the server whose operations are told. */
  @IsOptional()
  @Matches(listOf('(?:secrets|critical|auth|identity|sys)'), {
    message: '$property must be a list of secrets, critical, auth, identity, sys',
  })
  DEVICE_KEEP: string = 'secrets,critical';

  /** Mounts of KV version 1, `legacy/,old/`: their paths begin with no data/ or metadata/ that means something. */
  @IsOptional()
  @Matches(listOf('[^,]+/'), { message: '$property must be like legacy/,old/ with a slash after each mount' })
  DEVICE_KV1_MOUNTS?: string;

  /** Who logs in through auth mounts with paths of their own, `corp-ldap=user,ci=service_account`. */
  @IsOptional()
  @Matches(listOf('[^,=]+=(?:user|service_account|access_token)'), {
    message: '$property must be like corp-ldap=user,ci=service_account',
  })
  DEVICE_LOGINS?: string;

  /** Bytes of the longest line that is read; a longer one goes to the dead-letter queue. */
  @IsOptional()
  @IsInt()
  @Min(1_024)
  @Max(64 * 1024 * 1024)
  DEVICE_LINE_BYTES: number = 1024 * 1024;

  /** Bytes of lines that may wait for Kafka; beyond that HTTP gets 503, sockets and files are not read. */
  @IsOptional()
  @IsInt()
  @Min(65_536)
  DEVICE_QUEUE_BYTES: number = 16 * 1024 * 1024;

  /** How long a line over HTTP waits for Kafka before the answer is 503, ms. OpenBao's client waits as long. */
  @IsOptional()
  @IsInt()
  @Min(100)
  DEVICE_HTTP_WAIT_MS: number = 2_000;

  /** How long a request waits for its response, or the other way round, ms of append time. */
  @IsOptional()
  @IsInt()
  @Min(100)
  DEVICE_PAIRING_MS: number = 60_000;

  /** How many of them wait at most, per partition; beyond that the oldest are told alone. */
  @IsOptional()
  @IsInt()
  @Min(1)
  DEVICE_PAIRING_ENTRIES: number = 50_000;
}

/** The names and values of a list such as `main=a,other=b`, in its order. */
export const pairsOf = (list: string | undefined): [string, string][] =>
  list === undefined
    ? []
    : list.split(',').map((pair) => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at), pair.slice(at + 1)];
      });
