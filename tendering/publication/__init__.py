"""What the world may read: releases in the Open Contracting Data Standard, feeds, spreadsheets."""
