import { Problem } from '@auditmesh/runtime';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { EVIDENCE_SIGNER, type EvidenceSigner } from './signing-key.js';

/** What evidence packs are checked with; for anyone, since whoever checks one may have no token. */
@ApiTags('Evidence')
@Controller('api/v1/evidence/public-key')
export class EvidenceKeyController {
  constructor(@Inject(EVIDENCE_SIGNER) private readonly signer: EvidenceSigner | null) {}

  @Get()
  @Header('content-type', 'application/x-pem-file')
  @ApiOperation({ summary: 'Public key of the evidence packs, as PEM' })
  @ApiOkResponse({ content: { 'application/x-pem-file': { schema: { type: 'string' } } } })
  get(): string {
    return signerOf(this.signer).publicKey;
  }
}

/** @throws Problem 404 where no key is configured */
export function signerOf(signer: EvidenceSigner | null): EvidenceSigner {
  if (signer) return signer;
  throw new Problem(
    404,
    'Evidence is not signed here: the api was started without EVIDENCE_SIGNING_KEY. Set it and start again.',
  );
}
