// The log of whmapi1d: a JSON object a line, on standard error. Calls are in the audit log instead.
import { pino, type Logger } from 'pino';
import type { LogLevel } from './options.ts';
import type { LogStream } from './systemd.ts';

export type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

export function createLog(level: LogLevel, stream: LogStream): Log {
  return pino({ level, base: null }, stream);
}
