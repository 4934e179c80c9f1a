import { defineFunction } from '../../core/define.ts';
import { showHooks } from '../../capabilities/hooks/rules/hook-form.ts';
import { list } from '../../capabilities/hooks/rules/hooks.ts';

export default defineFunction({
  name: 'list_hooks',
  since: 32,
  summary: 'List the script hooks by category, event and stage.',
  description:
    'A script hook is a script that runs before or after certain calls, such as createacct. To register one, run ' +
    '“whmapi1 --hook add”. Events without hooks are listed without stages. Hooks of one stage run in the order of ' +
    'their weights.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    categories: {
      list: {
        fields: {
          category: { type: 'string', doc: 'The category, such as Whostmgr.' },
          events: {
            list: {
              fields: {
                event: { type: 'string', doc: 'The event, such as Accounts::Create.' },
                stage_order: { list: { type: 'string' }, doc: 'The stages of the event, in order.' },
                stages: {
                  list: {
                    fields: {
                      stage: { type: 'string', doc: 'The stage: pre or post.' },
                      description: { type: 'string', doc: 'When the hooks of the stage run.' },
                      attributes: {
                        fields: {
                          blocking: { type: 'flag', doc: '1: hooks can refuse the call.' },
                          escalateprivs: {
                            type: 'flag',
                            doc: '0: hooks of the event run as root in any case.',
                          },
                        },
                      },
                      actions: {
                        list: {
                          fields: {
                            id: { type: 'string', doc: 'The ID of the hook.' },
                            category: { type: 'string', doc: 'The category of the event.' },
                            event: { type: 'string', doc: 'The event.' },
                            stage: { type: 'string', doc: 'The stage.' },
                            exectype: { type: 'string', doc: 'The kind of hook: script.' },
                            hook: { type: 'string', doc: 'The path of the script, and its arguments.' },
                            weight: { type: 'integer', doc: 'Lower weights run first.' },
                            blocking: { type: 'flag', doc: '1: the hook can refuse the call.' },
                            enabled: { type: 'flag', doc: '0: the hook does not run.' },
                            escalateprivs: {
                              type: 'flag',
                              doc: '1: the hook was registered to run as root, as all hooks do.',
                            },
                            check: {
                              type: 'string|null',
                              doc: 'The script that decides whether the hook runs.',
                            },
                            rollback: {
                              type: 'string|null',
                              doc: 'The script that undoes the hook if a later one refuses the call.',
                            },
                            description: { type: 'string|null', doc: 'What the hook does.' },
                            notes: { type: 'string|null', doc: 'Notes about the hook.' },
                          },
                        },
                        doc: 'The hooks, in the order in which they run.',
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  list: 'categories',
  examples: [{ args: {}, doc: 'All hooks of this server.' }],

  async handler(_args, { db }) {
    return { categories: showHooks(await list(db)) };
  },
});
