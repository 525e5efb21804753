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
await prefs.start();
mount(App, { target });
await loading;
