// `npm run new -- authentication api_token_list` starts a function, and `npm run new -- capability mail "…"` a capability.
void import(process.argv[2] === 'capability' ? './new-capability.ts' : './new-function.ts');
