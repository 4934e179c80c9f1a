// The arguments that filter, sort and page the list of a response: those of WHM API 1, and those of UAPI.

export interface ListQuery {
  /** Each has `field`, `type` and `arg0`. */
  readonly filters: readonly Readonly<Record<string, string>>[];
  /** Each has `field` and `method`, and `reverse` if it is reversed. */
  readonly sorts: readonly Readonly<Record<string, string>>[];
  /** As typed. Empty: not set. */
  readonly size: string;
  readonly start: string;
  readonly columns: readonly string[];
  readonly isVerbose: boolean;
}

export function whmListArguments(query: ListQuery): Record<string, string> {
  const { filters, sorts, size, start, columns, isVerbose } = query;
  const args: Record<string, string> = {};
  for (const [feature, rows] of [
    ['filter', filters],
    ['sort', sorts],
  ] as const) {
    if (rows.length === 0) continue;
    args[`api.${feature}.enable`] = '1';
    if (isVerbose && feature === 'filter') args['api.filter.verbose'] = '1';
    for (const [at, row] of rows.entries()) {
      for (const [part, value] of Object.entries(row)) args[`api.${feature}.${key(at)}.${part}`] = value;
    }
  }
  if (size !== '' || start !== '') {
    args['api.chunk.enable'] = '1';
    if (size !== '') args['api.chunk.size'] = size;
    if (start !== '') args['api.chunk.start'] = start;
    if (isVerbose) args['api.chunk.verbose'] = '1';
  }
  if (columns.length > 0) args['api.columns.enable'] = '1';
  for (const [at, column] of columns.entries()) args[`api.columns.${key(at)}`] = column;
  return args;
}

export function uapiListArguments({
  filters,
  sorts,
  size,
  start,
  columns,
}: ListQuery): Record<string, string> {
  const args: Record<string, string> = {};
  for (const [at, { field = '', type = '', arg0 = '' }] of filters.entries()) {
    args[`api.filter_column_${at}`] = field;
    args[`api.filter_type_${at}`] = type;
    args[`api.filter_term_${at}`] = arg0;
  }
  for (const [at, { field = '', method = '', reverse }] of sorts.entries()) {
    args[`api.sort_column_${at}`] = field;
    args[`api.sort_method_${at}`] = method;
    if (reverse !== undefined) args[`api.sort_reverse_${at}`] = reverse;
  }
  if (size !== '') args['api.paginate_size'] = size;
  if (start !== '') args['api.paginate_start'] = start;
  for (const [at, column] of columns.entries()) args[`api.columns_${at}`] = column;
  return args;
}

/** The keys of the arguments, in order: a to z, then za to zz, zza and so on. */
function key(at: number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  return 'z'.repeat(Math.floor(at / 26)) + letters.charAt(at % 26);
}
