// The warnings and messages of a response, for people who do not see its metadata.
import type { Envelope } from '../core/envelope.ts';
import { writeStderr, type Io } from './io.ts';

export function tellAsides({ metadata }: Envelope, io: Io, from = '', program = 'whmapi1'): void {
  const { warnings = [], messages = [] } = metadata.output ?? {};
  for (const warning of warnings) writeStderr(io, `${program}: ${from}warning: ${warning}\n`);
  for (const message of messages) writeStderr(io, `${program}: ${from}${message}\n`);
}
