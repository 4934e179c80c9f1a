// The `api.*` arguments that work on a function's list, described as parameters are: for completion and OpenAPI.
// `meta-arguments.ts` reads them. Where a name has the key `a`, further ones have `b` to `z`, then `za` and so on.
import type { Param } from './define.ts';
import { numberFilterTypes, sortMethods, textFilterTypes } from './meta-arguments.ts';

export const metaParams: Readonly<Record<string, Param>> = {
  'api.filter.enable': { type: 'flag', default: 0, doc: '1 keeps only the records that match.' },
  'api.filter.a.field': { type: 'string', doc: 'The field that is looked at; * is any field.' },
  'api.filter.a.arg0': { type: 'string', doc: 'What the field is compared with.' },
  'api.filter.a.type': {
    type: 'string',
    values: [...textFilterTypes, ...numberFilterTypes],
    default: 'contains',
    doc: 'How the field is compared.',
  },
  'api.filter.verbose': { type: 'flag', default: 0, doc: '1 tells how many records match.' },
  'api.sort.enable': { type: 'flag', default: 0, doc: '1 sorts the records.' },
  'api.sort.a.field': { type: 'string', doc: 'The field to sort by.' },
  'api.sort.a.method': {
    type: 'string',
    values: sortMethods,
    default: 'lexicographic',
    doc: 'How values are compared.',
  },
  'api.sort.a.reverse': { type: 'flag', default: 0, doc: '1 sorts from the highest down.' },
  'api.chunk.enable': { type: 'flag', default: 0, doc: '1 gives one page of the records.' },
  'api.chunk.size': { type: 'integer', min: 1, doc: 'How many records a page has.' },
  'api.chunk.start': {
    type: 'integer',
    min: -1,
    default: 1,
    doc: 'The number of the first record, from 1; -1 puts all on one page.',
  },
  'api.chunk.verbose': { type: 'flag', default: 0, doc: '1 tells how many records and pages there are.' },
  'api.columns.enable': { type: 'flag', default: 0, doc: '1 gives only some fields of the records.' },
  'api.columns.a': { type: 'string', doc: 'A field to give.' },
};
