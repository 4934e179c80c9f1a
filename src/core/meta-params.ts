// Descriptions of the `api.*` arguments that apply to a function's list, for completion and OpenAPI.
// `meta-arguments.ts` reads the arguments. A name with the key `a` represents the keys `b` to `z`, `za` and so on as
// well.
import type { Param } from './define.ts';
import { numberFilterTypes, sortMethods, textFilterTypes } from './meta-arguments.ts';

export const metaParams: Readonly<Record<string, Param>> = {
  'api.filter.enable': { type: 'flag', default: 0, doc: '1: return only the records that match.' },
  'api.filter.a.field': { type: 'string', doc: 'The field to compare; * matches any field.' },
  'api.filter.a.arg0': { type: 'string', doc: 'The value to compare the field with.' },
  'api.filter.a.type': {
    type: 'string',
    values: [...textFilterTypes, ...numberFilterTypes],
    default: 'contains',
    doc: 'The type of comparison.',
  },
  'api.filter.verbose': { type: 'flag', default: 0, doc: '1: return the number of matching records.' },
  'api.sort.enable': { type: 'flag', default: 0, doc: '1: sort the records.' },
  'api.sort.a.field': { type: 'string', doc: 'The field to sort by.' },
  'api.sort.a.method': {
    type: 'string',
    values: sortMethods,
    default: 'lexicographic',
    doc: 'The sort method.',
  },
  'api.sort.a.reverse': { type: 'flag', default: 0, doc: '1: sort in descending order.' },
  'api.chunk.enable': { type: 'flag', default: 0, doc: '1: return one page of the records.' },
  'api.chunk.size': { type: 'integer', min: 1, doc: 'The number of records on a page.' },
  'api.chunk.start': {
    type: 'integer',
    min: -1,
    default: 1,
    doc: 'The number of the first record, from 1; -1 returns all records on one page.',
  },
  'api.chunk.verbose': { type: 'flag', default: 0, doc: '1: return the number of records and pages.' },
  'api.columns.enable': { type: 'flag', default: 0, doc: '1: return only some fields of the records.' },
  'api.columns.a': { type: 'string', doc: 'A field to return.' },
};
