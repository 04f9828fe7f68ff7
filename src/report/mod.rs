//! Views of one plain, versioned value. No numbers are computed here.
