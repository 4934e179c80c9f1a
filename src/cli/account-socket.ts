// Calls UAPI or API 2 through the socket of the calling user, which the server creates on request if it is not there.
import { existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BUSY,
  NO_ACCOUNT,
  REQUEST_SOCKET,
  SOCKETS,
  writeAccountRequest,
  type AccountRequest,
} from '../core/account-request.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';

const PATIENCE_MS = 15_000;
const PAUSE_MS = 100;

/**
 * @throws ApiError `remote_unreachable` if the server does not run; `denied` if the user is not an account; `busy` if
 * too many calls are in progress for 15 seconds.
 */
export async function callThroughSocket(
  request: AccountRequest,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Envelope> {
  const directory = environment.WHMAPI1_SOCKETS ?? SOCKETS;
  assertTrusted(directory);
  const uid = String(process.getuid?.() ?? -1);
  const own = join(directory, `${uid}.sock`);
  const text = writeAccountRequest(request);
  const reply = await exchangeInTurn(own, text).catch(async (error: unknown) => {
    if (!isAbsent(error)) throw unreachable(error);
    await untilThere(own, join(directory, REQUEST_SOCKET), uid);
    return exchangeInTurn(own, text).catch((cause: unknown) => {
      throw unreachable(cause);
    });
  });
  if (reply === BUSY) {
    throw new ApiError('busy', 'Too many calls of your user are in progress. Retry the call later.');
  }
  try {
    return JSON.parse(reply) as Envelope;
  } catch {
    throw new ApiError(
      'unknown_outcome',
      'The server ended the connection without a response. The call may have been executed.',
    );
  }
}

/** Another user could have sockets there that only look like the server’s. */
function assertTrusted(directory: string): void {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found === undefined) return;
  const isOwn = found.uid === 0 || found.uid === process.getuid?.();
  if (isOwn && (found.mode & 0o022) === 0) return;
  const why = isOwn ? 'others can write to it' : 'it belongs to another user';
  throw new ApiError('remote_unreachable', `The directory “${directory}” is not used, because ${why}.`);
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ECONNREFUSED'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function unreachable(error: unknown): ApiError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === 'ENOENT' || code === 'ECONNREFUSED' ? 'whmapi1d is not running as root' : message;
  return new ApiError('remote_unreachable', `The server cannot be reached: ${why}.`);
}

/** Tries again while the server is busy. */
async function exchangeInTurn(path: string, text: string): Promise<string> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const reply = await exchange(path, text);
    if (reply !== BUSY || Date.now() >= end) return reply;
    await sleep(PAUSE_MS);
  }
}

/**
 * Asks for the socket of this user. Others can fill the queue at which everybody asks, but the server soon creates the
 * socket without a question.
 */
async function untilThere(own: string, request: string, uid: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const word = await exchange(request, uid).catch((cause: unknown) => {
      if (isCrowded(cause)) return '';
      throw unreachable(cause);
    });
    if (word === 'ready' || existsSync(own)) return;
    if (word !== '') throw new ApiError('denied', NO_ACCOUNT);
    if (Date.now() >= end)
      throw new ApiError('busy', 'The server has too many clients now. Retry the call later.');
    await sleep(PAUSE_MS);
  }
}

/** The queue is full, or others have displaced this connection. */
function isCrowded(error: unknown): boolean {
  return ['EAGAIN', 'ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Sends a text, ends this side, and reads everything that comes back. */
function exchange(path: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const socket = connect({ path, allowHalfOpen: true }, () => socket.end(text));
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    socket.on('error', reject);
    socket.on('end', () => {
      resolve(Buffer.concat(pieces).toString('utf8'));
    });
  });
}
