export { FakeClock } from "./fake-clock.ts";
export {
  checkStore,
  storeContract,
  type CheckStoreOptions,
  type ContractFailure,
  type StoreContractCase,
  type StoreSlice,
} from "./store-contract.ts";
