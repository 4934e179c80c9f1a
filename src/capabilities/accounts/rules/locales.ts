// The languages of this program.

export const english = { locale: 'en', name: 'English', direction: 'ltr', encoding: 'utf-8' } as const;
