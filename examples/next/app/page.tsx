/** The same for everybody, so Next makes it once. */
export default function Home() {
  return <h1>Home</h1>;
}
