"""What runs stages: parameters, whole outputs, processes, messages. Plumbing: no arithmetic."""
