import { runService } from '@auditmesh/runtime';
import { service } from './api.module.js';

await runService(service);
