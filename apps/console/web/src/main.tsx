import './styles/tokens.css';
import './styles/frame.css';
import './styles/parts.css';
import './styles/pages.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { followLinks } from './app/place.ts';
import { SessionProvider } from './app/session.tsx';
import { showKeptTheme } from './app/theme.ts';

showKeptTheme();
followLinks();
createRoot(document.getElementById('console')!).render(
  <SessionProvider>
    <App />
  </SessionProvider>,
);
