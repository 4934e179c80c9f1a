import { mayCall } from '../../core/access.ts';
import type { IndexRow } from '../../core/context.ts';
import { defineFunction, type Field } from '../../core/define.ts';
import { quote } from '../../core/quote.ts';

const nothing = (what: string) => ({ type: 'string', doc: `Empty: ${what}.` }) as const satisfies Field;
const none = (what: string) =>
  ({ type: 'string|null', doc: `Always null: ${what}.` }) as const satisfies Field;
const noPicture = nothing('there are no pictures');
const noWindow = nothing('nothing opens a window');
const oneKind = nothing('groups and items are not divided further');
const everywhere = none('there is one edition of this server');

export default defineFunction({
  name: 'get_available_applications',
  since: 76,
  summary: 'List the functions that the caller can call, grouped as a menu.',
  description:
    'WHM returns the menu of its graphical interface. Here the menu consists of the functions: each family is a ' +
    'group, and each function that the caller may call is an item.',
  access: 'any',
  effect: 'none',
  params: {
    applications_list: {
      type: 'string',
      doc: 'Comma-separated list of the items to return. Default: all.',
    },
    file: {
      type: 'string',
      values: ['dynamicui.conf'],
      default: 'dynamicui.conf',
      doc: 'The menu. There is only one.',
    },
  },
  returns: {
    groups: {
      list: {
        fields: {
          group: { type: 'string', doc: 'The family of functions.' },
          key: { type: 'string', doc: 'The same.' },
          groupdesc: { type: 'string', doc: 'The family in words.' },
          grouporder: { type: 'integer', doc: 'The position of the group: 1 for the first.' },
          searchtext: { type: 'string', doc: 'Search terms.' },
          type: { type: 'string', doc: 'Always “group”.' },
          subtype: oneKind,
          acl: none('only items require privileges'),
          dnsonly_ok: everywhere,
          file: noPicture,
          imgtype: noPicture,
          target: noWindow,
          items: {
            list: {
              fields: {
                key: { type: 'string', doc: 'The function’s name.' },
                file: { type: 'string', doc: 'The same, as applications_list accepts it.' },
                itemdesc: { type: 'string', doc: 'The same.' },
                description: { type: 'string', doc: 'What the function does.' },
                group: { type: 'string', doc: 'The family of functions.' },
                itemorder: { type: 'integer', doc: 'The position in the group: 1 for the first.' },
                acl: {
                  type: 'string|null',
                  doc:
                    '“ACL=” and a comma-separated list of privileges, one of which is sufficient; ACL=all if only ' +
                    'root may; null if everyone may.',
                },
                searchtext: { type: 'string', doc: 'Search terms.' },
                type: { type: 'string', doc: 'Always “item”.' },
                subtype: oneKind,
                dnsonly_ok: everywhere,
                imgtype: noPicture,
                target: noWindow,
                url: nothing('there is no page for it'),
                minimum_accounts_needed: { type: 'integer', doc: '0: no item requires accounts.' },
                multiuser_required: { type: 'flag', doc: '0: no item requires several users.' },
                role: none('servers have no roles'),
                service: none('none is shown only where a service is installed'),
                subitems: { list: { type: 'any' }, doc: 'Empty: items have no parts.' },
              },
            },
            doc: 'The functions of the family that the caller may call, sorted by name.',
          },
        },
      },
      doc: 'The families with such functions, sorted by name.',
    },
    raw: {
      list: {
        fields: {
          itemdesc: { type: 'string', doc: 'The group in words, or the item’s name.' },
          type: { type: 'string', doc: 'Group or item: “group”, “item”.' },
        },
      },
      doc: 'The same groups and items as a flat list.',
    },
  },
  list: 'groups',
  examples: [
    { args: {}, doc: 'The whole menu.' },
    { args: { applications_list: 'addpkg,editpkg' }, doc: 'Two items of the menu.' },
  ],

  async handler(args, { caller, functions, warn }) {
    const index = await functions();
    const may = Object.entries(index).filter(([, { access }]) => mayCall(caller, access));
    const wanted = (args.applications_list ?? '').split(',').map((name) => name.trim());
    const names = new Set(wanted.filter((name) => name !== ''));
    for (const name of names) {
      if (may.some(([one]) => one === name)) continue;
      warn(`There is no application ${quote(name)} that you can use. Run applist to list them.`);
    }
    const shown = names.size === 0 ? may : may.filter(([name]) => names.has(name));
    const families = [...new Set(shown.map(([, { family }]) => family))].sort();
    const groups = families.map((family, at) => groupOf(family, at + 1, shown));
    const raw = groups.flatMap(({ groupdesc, type, items }) => [
      { itemdesc: groupdesc, type },
      ...items.map((item) => ({ itemdesc: item.itemdesc, type: item.type })),
    ]);
    return { groups, raw };
  },
});

function groupOf(family: string, grouporder: number, functions: readonly (readonly [string, IndexRow])[]) {
  const words = family.replaceAll('-', ' ');
  return {
    group: family,
    key: family,
    groupdesc: words,
    grouporder,
    searchtext: words,
    type: 'group',
    subtype: '',
    acl: null,
    dnsonly_ok: null,
    file: '',
    imgtype: '',
    target: '',
    items: functions
      .filter(([, row]) => row.family === family)
      .map(([name, row], at) => itemOf(name, row, at + 1)),
  };
}

function itemOf(name: string, { family, access, summary }: IndexRow, itemorder: number) {
  return {
    key: name,
    file: name,
    itemdesc: name,
    description: summary,
    group: family,
    itemorder,
    acl: access === 'any' ? null : `ACL=${access === 'root' ? 'all' : access.join(',')}`,
    searchtext: `${name} ${summary}`,
    type: 'item',
    subtype: '',
    dnsonly_ok: null,
    imgtype: '',
    target: '',
    url: '',
    minimum_accounts_needed: 0,
    multiuser_required: 0,
    role: null,
    service: null,
    subitems: [],
  };
}
