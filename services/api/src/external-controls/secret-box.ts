import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Token of the box of the process; undefined without SECRETS_KEY. */
export const SECRET_BOX = Symbol('SECRET_BOX');

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** First byte of what is sealed, should another form be needed some day. */
const VERSION = 1;

/** Seals texts so that only who has the key can read or exchange them. */
export class SecretBox {
  /** @param keys the first seals, each opens; 32 bytes */
  private constructor(private readonly keys: readonly Buffer[]) {}

  /** @param keys base64 of 32 bytes; several, separated by commas, while keys change */
  static of(keys: string): SecretBox {
    return new SecretBox(keys.split(',').map((key) => Buffer.from(key.trim(), 'base64')));
  }

  /** Whether the text is what `of` takes. */
  static takes(keys: unknown): boolean {
    return (
      typeof keys === 'string' &&
      keys
        .split(',')
        .every(
          (key) => /^[A-Za-z0-9+/]+=*$/.test(key.trim()) && Buffer.from(key, 'base64').length === KEY_BYTES,
        )
    );
  }

  /** @param context what the text belongs to; it opens only there */
  seal(text: string, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.keys[0]!, nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), sealed]);
  }

  /** The text; undefined if it was sealed with another key or for another context, or was changed. */
  open(sealed: Buffer, context: string): string | undefined {
    if (sealed[0] !== VERSION || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) return undefined;
    for (const key of this.keys) {
      try {
        return openWith(key, sealed, context);
      } catch {
        // Another key may fit.
      }
    }
    return undefined;
  }
}

function openWith(key: Buffer, sealed: Buffer, context: string): string {
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const tag = sealed.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
  const cipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(context)).setAuthTag(tag);
  const text = cipher.update(sealed.subarray(1 + NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([text, cipher.final()]).toString('utf8');
}
