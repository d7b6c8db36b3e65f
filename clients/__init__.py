"""What the other side runs: it speaks only the public interface of the platform."""
