// The responses of UAPI and API 2: their own forms, from the envelope of the call.
import type { ListMetadata } from './lists.ts';
import { DATA } from '../../../../core/define-uapi.ts';
import type { Envelope } from '../../../../core/envelope.ts';
import type { ErrorCode } from '../../../../core/errors.ts';
import { isHash, type Hash, type Value } from '../../../../core/values.ts';

/**
 * A response of UAPI, as `/execute/` returns it. `status` 0 is a failure, whose reasons are in `errors`. Its code for
 * scripts is in the metadata, as in WHM's responses.
 */
export type UapiAnswer = Readonly<{
  data: Value;
  errors: string[] | null;
  messages: string[] | null;
  metadata: Hash;
  status: 0 | 1;
  warnings: string[] | null;
}>;

/** Applies the list options of a call to its list. */
export type Reshape = (items: readonly Value[]) => {
  readonly items: Value[];
  readonly metadata: ListMetadata;
};

/** Returns a call's response in UAPI's form. */
export function uapiAnswer(envelope: Envelope, reshape: Reshape | undefined): UapiAnswer {
  const { metadata, ownMetadata = {} } = envelope;
  const code = metadata.error_code === undefined ? {} : { error_code: metadata.error_code };
  const isSuccess = metadata.result === 1;
  const { data, metadata: ofList } = shaped(envelope, reshape);
  const task = metadata.task === undefined ? {} : { task: metadata.task };
  const dryRun = metadata.dry_run === undefined ? {} : { dry_run: 1 };
  return {
    data: isSuccess ? data : null,
    errors: isSuccess ? null : [metadata.reason],
    messages: nullIfEmpty(metadata.output?.messages),
    metadata: { ...ownMetadata, ...code, ...task, ...dryRun, ...(ofList as Hash) },
    status: isSuccess ? 1 : 0,
    warnings: nullIfEmpty(metadata.output?.warnings),
  };
}

/** The UAPI response with the names of the function, as the command `uapi` and `json-api/cpanel` return it. */
export function namedUapiAnswer(module: string, func: string, answer: UapiAnswer): Hash {
  return { apiversion: 3, func, module, result: answer };
}

/** Errors of a call that reached no function. Clients test only `event.result` for them. */
const noFunction: ReadonlySet<ErrorCode> = new Set(['unknown_function', 'not_provided', 'disabled']);

/**
 * Returns a call's response in the form of API 2. `event.result` is 1 even if the function failed: then `error` has the
 * reason, and so has the only row of `data`. It is 0 if no function ran.
 */
export function api2Answer(
  { module, func }: { readonly module: string; readonly func: string },
  envelope: Envelope,
  reshape: Reshape | undefined,
): Hash {
  const { metadata: called, failureRow = 'result reason' } = envelope;
  const { reason, result, error_code: code } = called;
  const named = { apiversion: 2, module, func };
  if (result !== 1) {
    return {
      cpanelresult: {
        ...named,
        data: [failedRow(failureRow, reason)],
        error: reason,
        event: code !== undefined && noFunction.has(code) ? { result: 0, reason } : { result: 1 },
      },
    };
  }
  const { data, metadata } = shaped(envelope, reshape);
  const paginate = metadata.paginate === undefined ? {} : { paginate: metadata.paginate };
  return { cpanelresult: { ...named, ...paginate, data: data ?? [], event: { result: 1 } } };
}

/** The row of a failed call. With dots, both fields are in a hash: `{"result": {"status": 0, "statusmsg": …}}`. */
function failedRow(names: NonNullable<Envelope['failureRow']>, reason: string): Hash {
  if (names === 'result.status result.statusmsg') return { result: { status: 0, statusmsg: reason } };
  const [status = '', text = ''] = names.split(' ');
  return { [status]: 0, [text]: reason };
}

/** Returns the text of a function of API 1 in its form. */
export function api1Answer(module: string, func: string, text: string): Hash {
  return {
    apiversion: '1',
    type: 'event',
    module,
    func,
    source: 'module',
    data: { result: text },
    event: { result: 1 },
  };
}

/** Returns a failed call of API 1 in its form. Nearly all fail, because clients have replaced them. */
export function api1Failure(module: string, func: string, reason: string): Hash {
  return {
    apiversion: '1',
    type: 'event',
    module,
    func,
    source: 'module',
    data: { result: '' },
    error: reason,
    event: { result: 0, reason },
  };
}

/** The data of the response, and what the list options changed. */
function shaped(
  { data }: Envelope,
  reshape: Reshape | undefined,
): { readonly data: Value; readonly metadata: ListMetadata } {
  const value = data !== undefined && isHash(data) && Object.hasOwn(data, DATA) ? (data[DATA] ?? null) : null;
  if (reshape === undefined || !Array.isArray(value)) return { data: value, metadata: {} };
  const { items, metadata } = reshape(value);
  return { data: items, metadata };
}

function nullIfEmpty(sentences: string[] | undefined): string[] | null {
  return sentences === undefined || sentences.length === 0 ? null : sentences;
}
