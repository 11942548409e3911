import { useState } from 'react';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'reprise-console-theme';

function kept(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(key)) ?? 'system';
  } catch {
    return 'system';
  }
}

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** Before the first paint. */
export function showKeptTheme(): void {
  show(kept());
}

/** The theme in use, and what chooses another one; a browser that keeps nothing forgets it with the page. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(kept);
  return [
    theme,
    (chosen) => {
      setTheme(chosen);
      show(chosen);
      try {
        localStorage.setItem(key, chosen);
      } catch {
        // It holds until the page is left.
      }
    },
  ];
}
