// The controls of a response's list (`api.*`): filter, sort, page and columns.
import type { NumberFilterType, SortMethod, TextFilterType } from '../../../core/meta-arguments.ts';
import type { Argument } from './call-texts.ts';
import { element } from './element.ts';
import { service } from './session.ts';

const whmFilterTypes = {
  contains: 'contains',
  begins: 'begins with',
  eq: 'is',
  '==': '= (number)',
  lt: '<',
  lt_equal: '≤',
  gt: '>',
  gt_equal: '≥',
  lt_handle_unlimited: '< (“unlimited” is the highest)',
  gt_handle_unlimited: '> (“unlimited” is the highest)',
} as const satisfies Record<TextFilterType | NumberFilterType, string>;

const uapiFilterTypes = {
  contains: 'contains',
  begins: 'begins with',
  ends: 'ends with',
  eq: 'is',
  ne: 'is not',
  matches: 'matches (regular expression)',
  lt: '<',
  gt: '>',
  lt_handle_unlimited: whmFilterTypes.lt_handle_unlimited,
  gt_handle_unlimited: whmFilterTypes.gt_handle_unlimited,
} as const;

const isUapi = service === 'cpaneld';

const sortMethods = {
  lexicographic: 'as text',
  numeric: 'as numbers',
  numeric_zero_as_max: 'as numbers, 0 last',
  ipv4: 'as IPv4 addresses',
} as const satisfies Record<SortMethod, string>;

interface Row {
  readonly element: HTMLElement;
  /** Keyed by the last part of the argument. Undefined if the row is empty. */
  readonly parts: () => Readonly<Record<string, string>> | undefined;
}

export class ListControls {
  readonly element: HTMLElement;
  readonly #fields: readonly string[];
  readonly #changed: () => void;
  readonly #filters: Row[] = [];
  readonly #sorts: Row[] = [];
  readonly #size = element('input', { id: 'chunk-size', inputmode: 'numeric', placeholder: 'all' });
  readonly #start = element('input', { id: 'chunk-start', inputmode: 'numeric', placeholder: '1' });
  readonly #counts = element('input', { type: 'checkbox' });
  #columns: () => readonly string[] = () => [];

  constructor(list: { readonly key: string; readonly fields: readonly string[] }, changed: () => void) {
    this.#fields = list.fields;
    this.#changed = changed;
    this.element = element(
      'details',
      { class: 'list-controls', input: changed },
      element('summary', {}, 'Filter, sort, page, columns of ', element('code', {}, list.key)),
      this.#rowsOf('Filter', 'filter', this.#filters, () => this.#filterRow()),
      this.#rowsOf('Sort', 'sort key', this.#sorts, () => this.#sortRow()),
      element(
        'fieldset',
        { class: 'field' },
        element('legend', {}, 'Page'),
        element(
          'div',
          { class: 'row' },
          element('label', {}, 'records per page', this.#size),
          element('label', {}, 'first record', this.#start),
        ),
      ),
      this.#columnsOf(),
      // Responses of UAPI always have it.
      !isUapi && element('label', { class: 'check' }, this.#counts, 'return the number of records (verbose)'),
    );
  }

  arguments(): readonly Argument[] {
    const partsOf = (rows: readonly Row[]) =>
      rows.map((row) => row.parts()).filter((one) => one !== undefined);
    const args = (isUapi ? uapiListArguments : whmListArguments)({
      filters: partsOf(this.#filters),
      sorts: partsOf(this.#sorts),
      size: this.#size.value.trim(),
      start: this.#start.value.trim(),
      columns: this.#columns(),
      isVerbose: this.#counts.checked,
    });
    return Object.entries(args).map(([name, value]) => ({ name, value, isSecret: false }));
  }

  #rowsOf(
    title: string,
    what: string,
    rows: Row[],
    make: () => Omit<Row, 'element'> & { cells: HTMLElement[] },
  ) {
    const place = element('div', { class: 'rows' });
    const add = element('button', { type: 'button', class: 'small' }, `Add a ${what}`);
    add.addEventListener('click', () => {
      const { cells, parts } = make();
      const remove = element(
        'button',
        { type: 'button', class: 'small', 'aria-label': `Remove this ${what}` },
        '×',
      );
      const row: Row = { element: element('div', { class: 'row' }, ...cells, remove), parts };
      remove.addEventListener('click', () => {
        rows.splice(rows.indexOf(row), 1);
        row.element.remove();
        add.focus();
        this.#changed();
      });
      rows.push(row);
      place.append(row.element);
      cells[0]?.focus();
      this.#changed();
    });
    return element('fieldset', { class: 'field' }, element('legend', {}, title), place, add);
  }

  #filterRow() {
    const field = this.#fieldControl('Field to filter by', [['*', 'any field']]);
    const type = choice('How to compare', Object.entries<string>(isUapi ? uapiFilterTypes : whmFilterTypes));
    const arg0 = element('input', { 'aria-label': 'Value to compare with', placeholder: 'value' });
    const parts = () =>
      field.value === '' ? undefined : { field: field.value, type: type.value, arg0: arg0.value };
    return { cells: [field, type, arg0], parts };
  }

  #sortRow() {
    const field = this.#fieldControl('Field to sort by', []);
    const method = choice('How to sort', Object.entries(sortMethods));
    const reverse = element('input', { type: 'checkbox' });
    const parts = () =>
      field.value === ''
        ? undefined
        : { field: field.value, method: method.value, ...(reverse.checked ? { reverse: '1' } : {}) };
    return { cells: [field, method, element('label', { class: 'check' }, reverse, 'reverse')], parts };
  }

  #fieldControl(label: string, besides: readonly (readonly [string, string])[]) {
    if (this.#fields.length === 0) return element('input', { 'aria-label': label, placeholder: 'field' });
    return choice(label, [...besides, ...this.#fields.map((field) => [field, field] as const)]);
  }

  /** Checkboxes if the fields are known, otherwise a comma-separated list of names. */
  #columnsOf(): HTMLElement {
    if (this.#fields.length === 0) {
      const names = element('input', { placeholder: 'all, or names separated by commas' });
      this.#columns = () =>
        names.value
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean);
      return element('label', { class: 'field' }, 'Columns', names);
    }
    const boxes = this.#fields.map((field) => element('input', { type: 'checkbox', value: field }));
    this.#columns = () => boxes.filter(({ checked }) => checked).map(({ value }) => value);
    return element(
      'fieldset',
      { class: 'field' },
      element('legend', {}, 'Columns'),
      element('p', { class: 'hint' }, 'If you select none, all columns are shown.'),
      element(
        'div',
        { class: 'boxes' },
        ...boxes.map((box) => element('label', { class: 'check' }, box, element('code', {}, box.value))),
      ),
    );
  }
}

function choice(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
): HTMLSelectElement {
  return element(
    'select',
    { 'aria-label': label },
    ...options.map(([value, text]) => element('option', { value }, text)),
  );
}

// The arguments that filter, sort and page the list of a response: those of WHM API 1, and those of UAPI.
interface ListQuery {
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

function whmListArguments(query: ListQuery): Record<string, string> {
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

function uapiListArguments({ filters, sorts, size, start, columns }: ListQuery): Record<string, string> {
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
