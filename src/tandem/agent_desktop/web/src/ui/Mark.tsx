/** Two rings that touch: the sign of the house. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg className="brand-mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <circle cx="11.5" cy="16" r="5" />
      <circle cx="20.5" cy="16" r="5" />
    </svg>
  );
}
