// The list of a response as a table with selectable columns. A click on a heading sorts.
import type { Cell, Table } from '../wire.ts';
import { element } from './element.ts';

/** The number of columns that are shown by default. */
const FEW = 8;

/** The selected columns by function, until the page is closed. */
const chosenColumns = new Map<string, ReadonlySet<string>>();

interface Sorting {
  readonly column: string;
  readonly isDescending: boolean;
}

export class TableView {
  readonly element: HTMLElement;
  readonly #functionName: string;
  /** The index of the column that names the records. It is shown first. */
  readonly #name: number;
  readonly #table: Table;
  readonly #numeric: readonly boolean[];
  readonly #box = element('div', {
    class: 'table-box',
    tabindex: 0,
    role: 'region',
    'aria-label': 'Table of the response',
  });
  readonly #summary = element('summary');
  #shown: ReadonlySet<string>;
  #sorting: Sorting | undefined;

  /** @param name the function’s name, whose selected columns are kept. */
  constructor(name: string, table: Table) {
    this.#functionName = name;
    this.#table = table;
    this.#numeric = table.columns.map((_column, at) => isNumeric(table.rows.map((row) => row[at] ?? null)));
    this.#name = nameColumn(table, this.#numeric);
    const known = [...(chosenColumns.get(name) ?? [])].filter((column) => table.columns.includes(column));
    this.#shown = new Set(known.length > 0 ? known : usualColumns(table, this.#name));
    const { total, rows } = table;
    const isCut = total > rows.length;
    this.element = element(
      'div',
      { class: 'table-view' },
      element(
        'p',
        { class: 'hint' },
        total === 0 ? 'The list is empty.' : total === 1 ? '1 record' : `${total} records`,
        isCut && `, of which the first ${rows.length} are shown and sorted here`,
      ),
      table.columns.length > 1 && this.#chooser(),
      total > 0 && this.#box,
    );
    this.#draw();
  }

  /** Tab-separated, for spreadsheets. */
  text(): string {
    const columns = this.#columns();
    const lines = this.#rows().map((row) => columns.map((at) => inOneLine(row[at] ?? null)).join('\t'));
    return `${[columns.map((at) => this.#table.columns[at] ?? '').join('\t'), ...lines].join('\n')}\n`;
  }

  #chooser(): HTMLElement {
    const boxes = this.#table.columns.map((column) =>
      element('input', { type: 'checkbox', value: column, checked: this.#shown.has(column) }),
    );
    const choose = () => {
      this.#shown = new Set(boxes.filter(({ checked }) => checked).map(({ value }) => value));
      chosenColumns.set(this.#functionName, this.#shown);
      this.#draw();
    };
    const all = element('button', { type: 'button', class: 'small' }, 'Show all');
    all.addEventListener('click', () => {
      for (const box of boxes) box.checked = true;
      choose();
    });
    return element(
      'details',
      { class: 'columns', input: choose },
      this.#summary,
      element(
        'div',
        { class: 'boxes' },
        ...boxes.map((box) => element('label', { class: 'check' }, box, element('code', {}, box.value))),
      ),
      all,
    );
  }

  /** The indexes of the shown columns, in order. */
  #columns(): number[] {
    const places = [...this.#table.columns.keys()].filter((at) => at !== this.#name);
    return [this.#name, ...places].filter((at) => this.#shown.has(this.#table.columns[at] ?? ''));
  }

  #rows(): readonly (readonly Cell[])[] {
    if (this.#sorting === undefined) return this.#table.rows;
    const { column, isDescending } = this.#sorting;
    const at = this.#table.columns.indexOf(column);
    const compare = this.#numeric[at] === true ? compareNumbers : compareTexts;
    const sorted = this.#table.rows.toSorted((a, b) => compare(a[at] ?? null, b[at] ?? null));
    return isDescending ? sorted.reverse() : sorted;
  }

  #draw(): void {
    const columns = this.#columns();
    this.#summary.textContent = `Columns (${columns.length} of ${this.#table.columns.length})`;
    const rows = this.#rows().map((row) =>
      element(
        'tr',
        {},
        ...columns.map((at, place) => {
          const kind = this.#numeric[at] === true ? 'number' : undefined;
          const text = inOneLine(row[at] ?? null);
          return place === 0
            ? element('th', { scope: 'row', class: kind }, text)
            : element('td', { class: kind }, text);
        }),
      ),
    );
    this.#box.replaceChildren(
      element(
        'table',
        {},
        element('thead', {}, element('tr', {}, ...columns.map((at) => this.#heading(at)))),
        element('tbody', {}, ...rows),
      ),
    );
  }

  #heading(at: number): HTMLElement {
    const column = this.#table.columns[at] ?? '';
    const sorted = this.#sorting?.column === column ? this.#sorting : undefined;
    const direction = sorted === undefined ? 'none' : sorted.isDescending ? 'descending' : 'ascending';
    const button = element('button', { type: 'button', class: 'sort' }, column);
    button.addEventListener('click', () => {
      this.#sorting = { column, isDescending: sorted?.isDescending === false };
      this.#draw();
      // The heading was created again, so restore the focus.
      const place = this.#columns().indexOf(at);
      this.#box.querySelectorAll<HTMLButtonElement>('.sort')[place]?.focus({ preventScroll: true });
    });
    const kind = this.#numeric[at] === true ? 'number' : undefined;
    return element('th', { scope: 'col', 'aria-sort': direction, class: kind }, button);
  }
}

/** All if there are few, otherwise the name and the first columns whose values differ. */
function usualColumns({ columns, rows }: Table, name: number): readonly string[] {
  if (columns.length <= FEW) return columns;
  const telling = columns.filter((_column, at) => {
    const cells = new Set(rows.map((row) => row[at] ?? null));
    return rows.length === 1 ? !cells.has(null) && !cells.has('') : cells.size > 1;
  });
  const rest = columns.filter((column) => !telling.includes(column));
  const first = columns[name] ?? '';
  return [first, ...[...telling, ...rest].filter((column) => column !== first)].slice(0, FEW);
}

/**
 * The column that names the records: among the columns with a different text in each record, the one with the shortest
 * texts.
 */
function nameColumn({ columns, rows }: Table, numeric: readonly boolean[]): number {
  const lengths = columns.map((_column, at) => {
    const cells = rows.map((row) => String(row[at] ?? ''));
    const isName = numeric[at] === false && !cells.includes('') && new Set(cells).size === rows.length;
    return isName ? cells.reduce((sum, { length }) => sum + length, 0) : Infinity;
  });
  return Math.max(lengths.indexOf(Math.min(Infinity, ...lengths)), 0);
}

function inOneLine(cell: Cell): string {
  return cell === null ? '' : String(cell).replace(/[\t\r\n]+/g, ' ');
}

// The sort order of table cells.

/** Numbers with or without a unit (`10240M`, `3.5%`). */
const NUMBER = /^(-?\d+(?:\.\d+)?) ?([KMGT%]?)$/;
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  '%': 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};
const UNLIMITED = 'unlimited';

/** Undefined for an empty cell; NaN for a text. */
function numberOf(cell: Cell): number | undefined {
  if (cell === null || cell === '') return undefined;
  if (typeof cell === 'number') return cell;
  if (cell === UNLIMITED) return Infinity;
  const [, digits, unit = ''] = NUMBER.exec(cell) ?? [];
  return digits === undefined ? NaN : Number(digits) * (UNITS[unit] ?? 1);
}

/** True if a column contains numbers, which are sorted by value and right-aligned. */
function isNumeric(cells: readonly Cell[]): boolean {
  const numbers = cells.map(numberOf).filter((number) => number !== undefined);
  return numbers.length > 0 && !numbers.some(Number.isNaN) && numbers.some(Number.isFinite);
}

/** Empty cells first. */
function compareNumbers(a: Cell, b: Cell): number {
  const [first = -Infinity, second = -Infinity] = [numberOf(a), numberOf(b)];
  return first === second ? 0 : first < second ? -1 : 1;
}

/** Natural order: numbers within names are compared by value. Empty cells first. */
function compareTexts(a: Cell, b: Cell): number {
  return order.compare(String(a ?? ''), String(b ?? ''));
}

const order = new Intl.Collator('en', { numeric: true });
