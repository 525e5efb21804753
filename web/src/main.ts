/** Starts the command centre. */
import { mount } from 'svelte';
import App from './App.svelte';
import { live } from './state/live.svelte';
import { prefs } from './state/prefs.svelte';
import './styles/tokens.css';
import './styles/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element with the id app');
const loading = live.start();
// The map is the largest part of the page: it comes while the city is asked for.
void import('./map/LivingMap.svelte');
await prefs.start();
mount(App, { target });
await loading;
