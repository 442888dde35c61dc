import { createPrivateKey, createPublicKey, hash, sign, type KeyObject } from 'node:crypto';

/** Ed25519 private key of PKCS #8, as PEM or as base64 of its DER; undefined if the text is none. */
export function readSigningKey(text: string): KeyObject | undefined {
  try {
    const key = text.includes('BEGIN')
      ? createPrivateKey(text)
      : createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** An EvidenceSigner, or null where no key is configured. */
export const EVIDENCE_SIGNER = Symbol('EVIDENCE_SIGNER');

/** Signs evidence packs. */
export class EvidenceSigner {
  /** SubjectPublicKeyInfo as PEM, which openssl reads. */
  readonly publicKey: string;
  /** SHA-256 of the public key's DER in hex, by which people compare keys. */
  readonly fingerprint: string;

  constructor(private readonly key: KeyObject) {
    const publicKey = createPublicKey(key);
    this.publicKey = publicKey.export({ format: 'pem', type: 'spki' }) as string;
    this.fingerprint = hash('sha256', publicKey.export({ format: 'der', type: 'spki' }), 'hex');
  }

  /** 64 bytes: the Ed25519 signature of these bytes (RFC 8032, not prehashed). */
  sign(bytes: Buffer): Buffer {
    return sign(null, bytes, this.key);
  }
}
