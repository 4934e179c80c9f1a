// The identification of an SSH server (RFC 4253, section 4.2).
import type { Param } from '../../../core/define.ts';
import { ApiError } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';

/** A hostname or an IP address. */
export const remoteHost = {
  type: 'string',
  maxLength: 253,
  pattern: {
    matches:
      /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/,
    expects: 'a hostname or an IP address',
  },
  doc: 'A hostname or an IP address.',
} as const satisfies Param;

export interface Identification {
  readonly received: string;
  readonly protocol_versions: string[];
  readonly server_software: string;
  readonly comment: string;
}

/** @throws ApiError `host_failed` for an invalid identification. */
export function readIdentification(received: string): Identification {
  const [, version = '', software = '', comment = ''] =
    /^SSH-(\d+\.\d+)-([!-~]+)(?: (.*))?$/.exec(received) ?? [];
  if (version === '') {
    throw new ApiError(
      'host_failed',
      `The server does not identify itself as an SSH server: ${quote(received)}.`,
    );
  }
  // 1.99 means 2.0 and an older version (RFC 4253, section 5.1).
  const versions = version === '1.99' ? ['2.0', '1.99'] : [version];
  return { received, protocol_versions: versions, server_software: software, comment };
}
